-- parameters: consumer
-- answer:     nothing of interest
select :schema.retire_v1(?)
