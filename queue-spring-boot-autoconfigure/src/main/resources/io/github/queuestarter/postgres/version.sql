-- The version of the tables; 0 if some of them are gone.
-- parameters: none
-- answer:     one row; fails with undefined_table if there are none
-- queue_home and queue_reader came with version 2
select case when 8 + 2 * (m.version >= 2)::int = (
         select count(*) from pg_class c
          where c.relnamespace = (select t.relnamespace from pg_class t where t.oid = m.tableoid) and c.relkind in ('r', 'p')
            and c.relname in ('queue_message', 'queue_group', 'queue_cursor', 'queue_delivery', 'queue_retry',
                              'queue_scheduled', 'queue_dead_letter', 'queue_consumer', 'queue_home',
                              'queue_reader'))
       then m.version else 0 end
  from :schema.queue_meta m
