-- Adds one message to the log. Arrays of one would cost more than the row.
-- parameters: queue, id, format, payload, headers as JSON
-- answer:     none
insert into :schema.queue_message (queue, message_id, format, payload, headers)
values (?, ?::uuid, ?::text::"char", ?, ?::jsonb)
