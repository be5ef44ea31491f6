-- parameters: queue, how many messages at most
-- answer:     whether the queue is done
select :schema.rebase_queue_v1(?, ?)
