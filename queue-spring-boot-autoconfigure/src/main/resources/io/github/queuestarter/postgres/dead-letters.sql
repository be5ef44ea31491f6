-- Dead letters of a group, oldest first.
-- parameters: queue, group, after which id, how many
-- answer:     a row per dead letter
select id, message_id, sent_at, format, payload, headers, attempts, crashes, first_failure_at, last_failure_at, consumer,
       kind, reason, exception_class, exception_message, stack_trace
  from :schema.queue_dead_letter where queue = ? and group_name = ? and id > ?
 order by queue, group_name, id limit ?
