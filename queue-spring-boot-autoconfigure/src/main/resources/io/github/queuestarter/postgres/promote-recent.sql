-- Like promote, without those that have been due for more than a minute.
-- parameters: how many at most
-- answer:     queue, moved
select queue, moved from :schema.promote_v1(clock_timestamp() - interval '1 minute', ?)
