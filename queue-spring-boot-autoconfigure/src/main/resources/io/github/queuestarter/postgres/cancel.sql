-- Only the message's id may lead to the row: the other index would be walked over the whole queue.
-- parameters: message id, queue
-- answer:     a row if there was such a scheduled message
delete from :schema.queue_scheduled where message_id = ?::uuid and queue || '' = ? returning id
