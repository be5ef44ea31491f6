-- Wakes other instances. Does not wait for the disk: nobody misses a signal that a crash took along.
-- parameters: payloads
-- answer:     nothing of interest
with quick as materialized (
  select set_config('synchronous_commit', 'off', true)),
channel as materialized (
  select :schema.wakeup_channel_v1() as name)
select pg_notify(c.name, s.payload) from quick, channel c, unnest(?::text[]) s (payload)
