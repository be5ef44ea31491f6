-- parameters: queue, group, seconds for which nobody must have read as it
-- answer:     removed | active | unknown
select :schema.remove_group_v1(?, ?, ? * interval '1 second')
