-- Makes a dead letter ready again for its group alone, with its own bytes and no failure counted.
-- Only the message's id may lead to the row: the other index would be walked over the whole group.
-- parameters: message id, queue, group
-- answer:     a row per message
with gone as (
  delete from :schema.queue_dead_letter where message_id = ?::uuid and queue || '' = ? and group_name || '' = ? returning *)
insert into :schema.queue_retry (queue, group_name, due, message_id, sent_at, format, payload, headers)
select queue, group_name, clock_timestamp(), message_id, sent_at, format, payload, headers from gone returning id
