-- The version of the tables.
-- parameters: none
-- answer:     one row; fails with undefined_table if there are none
select version from :schema.queue_meta
