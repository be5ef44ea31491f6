-- parameters: queue, group, earliest | latest, application
-- answer:     created, application
select created, application from :schema.create_group_v1(?, ?, ?, ?)
