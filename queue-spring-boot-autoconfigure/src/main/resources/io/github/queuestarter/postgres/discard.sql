-- Only the message's id may lead to the row: the other index would be walked over the whole group.
-- parameters: message id, queue, group
-- answer:     a row if there was such a dead letter
delete from :schema.queue_dead_letter where message_id = ?::uuid and queue || '' = ? and group_name || '' = ? returning id
