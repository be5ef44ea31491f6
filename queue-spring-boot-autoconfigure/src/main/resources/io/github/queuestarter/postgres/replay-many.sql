-- Replays dead letters, oldest first.
-- parameters: queue, group, how many
-- answer:     a row per message
with picked as materialized (
  select id from :schema.queue_dead_letter where queue = ? and group_name = ?
   order by queue, group_name, id limit ? for update skip locked),
gone as (
  delete from :schema.queue_dead_letter l using picked p where l.id = p.id returning l.*)
insert into :schema.queue_retry (queue, group_name, due, message_id, sent_at, format, payload, headers)
select queue, group_name, clock_timestamp(), message_id, sent_at, format, payload, headers from gone order by gone.id
returning id
