-- parameters: queue, group, earliest | latest | the id of a message | a time, application
-- answer:     created, application
select created, application from :schema.create_group_v1(?, ?, ?, ?)
