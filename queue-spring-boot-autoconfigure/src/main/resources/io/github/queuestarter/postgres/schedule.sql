-- Keeps messages until they are due. A time that has passed becomes now: looks begin a minute ago.
-- parameters: queues, ids, formats, payloads, headers as JSON; delays in milliseconds or null, else due times
-- answer:     none
insert into :schema.queue_scheduled (queue, message_id, format, payload, headers, due)
select i.queue, i.message_id, i.format::"char", i.payload, i.headers::jsonb,
       greatest(coalesce(clock_timestamp() + i.delay * interval '1 millisecond', i.due), clock_timestamp())
  from unnest(?::text[], ?::uuid[], ?::text[], ?::text[], ?::text[], ?::bigint[], ?::timestamptz[])
       i (queue, message_id, format, payload, headers, delay, due)
