-- parameters: how many at most
-- answer:     queue, moved
select queue, moved from :schema.promote_v1('-infinity', ?)
