-- parameters: arrays, one element per group: queue, group, consumer, room, suspects, low-water due time
-- answer:     a row per message, and one row per group with low and next_in
select source, retry, claim, message_id, sent_at, format, payload, headers, failures, crashes, crashed_alone,
       first_failure_at, low, next_in
  from :schema.due_v1(?, ?, ?, ?, ?, ?::timestamptz[])
