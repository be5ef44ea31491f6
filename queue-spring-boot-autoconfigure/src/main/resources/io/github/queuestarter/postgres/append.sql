-- Adds messages to the log, in the order of the arrays.
-- parameters: queues, ids, formats, payloads, headers as JSON
-- answer:     none
insert into :schema.queue_message (queue, message_id, format, payload, headers)
select i.queue, i.message_id, i.format::"char", i.payload, i.headers::jsonb
  from unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[]) i (queue, message_id, format, payload, headers)
