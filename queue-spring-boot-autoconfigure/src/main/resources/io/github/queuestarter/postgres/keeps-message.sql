-- parameters: queue, the id of a message
-- answer:     whether it is in the log
select exists (select from :schema.queue_message m where m.queue = ? and m.lane = 0 and m.message_id = ?::uuid)
