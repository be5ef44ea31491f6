-- parameters: queue, group
-- answer:     seconds; null if there is no such group
select :schema.group_idle_v1(?, ?)
