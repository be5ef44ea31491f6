-- Everything of this instance that is due.
-- parameters: arrays, one element per group: queue, group, consumer, room, suspects, low-water due time; whether to look
--             for scheduled messages that have been due for more than a minute, how many of them to move at most
-- answer:     a row per message; per group one with low and next_in; per queue one with the number moved; one for what
--             is scheduled, with next_in, or the problem
select source, retry, claim, message_id, sent_at, format, payload, headers, failures, crashes, crashed_alone,
       first_failure_at, low, next_in, queue, moved, problem, problem_state
  from :schema.look_v1(?, ?, ?, ?, ?, ?::timestamptz[],
         case when ? then '-infinity'::timestamptz else clock_timestamp() - interval '1 minute' end, ?)
