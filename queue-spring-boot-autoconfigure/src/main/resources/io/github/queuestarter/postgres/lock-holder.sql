-- The session in whose transaction the lock of a group's claims has been held for long.
-- parameters: queue, group, for how many seconds at least
-- answer:     pid, application, address; state where this role may see it
select l.pid, a.application_name, host(a.client_addr) as address, a.state
  from (select :schema.cursor_lock_key_v1(?, ?) as value) k
  join pg_locks l on l.locktype = 'advisory' and l.objsubid = 1 and l.granted
   and l.classid = ((k.value >> 32) & 4294967295)::oid and l.objid = (k.value & 4294967295)::oid
   and l.database = (select d.oid from pg_database d where d.datname = current_database())
  join pg_stat_activity a on a.pid = l.pid
 where coalesce(a.xact_start < clock_timestamp() - ? * interval '1 second', true)
