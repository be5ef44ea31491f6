-- parameters: none
-- answer:     unfinished, finished; no row if another instance has ended it
select unfinished, finished from :schema.rebase_end_v1()
