-- parameters: queues, where counting stops
-- answer:     a row per group
select queue, group_name, paused, ready, in_flight, retrying, scheduled, dead_letters,
       :schema.group_idle_v1(queue, group_name) as idle
  from :schema.stats_v1(?, ?)
 order by queue, group_name
