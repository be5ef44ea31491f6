-- parameters: none
-- answer:     names of queues that have messages and no group
select :schema.unclaimed_queues_v1()
