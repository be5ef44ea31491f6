-- Which groups there may be something new for.
-- parameters: queues; groups, one for each
-- answer:     positions, from 1
select * from :schema.news_v1(?, ?)
