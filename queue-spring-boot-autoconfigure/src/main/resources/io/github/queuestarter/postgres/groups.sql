-- parameters: queue
-- answer:     name
select name from :schema.queue_group where queue = ?
