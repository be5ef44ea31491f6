-- Makes a dead letter ready again for its group alone, with its own bytes and no failure counted.
-- parameters: queue, group, message id
-- answer:     a row per message
with gone as (
  delete from :schema.queue_dead_letter where queue = ? and group_name = ? and message_id = ?::uuid returning *)
insert into :schema.queue_retry (queue, group_name, due, message_id, sent_at, format, payload, headers)
select queue, group_name, clock_timestamp(), message_id, sent_at, format, payload, headers from gone returning id
