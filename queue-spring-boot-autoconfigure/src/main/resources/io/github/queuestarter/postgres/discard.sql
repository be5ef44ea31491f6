-- parameters: queue, group, message id
-- answer:     a row if there was such a dead letter
delete from :schema.queue_dead_letter where queue = ? and group_name = ? and message_id = ?::uuid returning id
