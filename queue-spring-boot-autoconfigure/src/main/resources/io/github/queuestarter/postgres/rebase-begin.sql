-- parameters: none
-- answer:     why a re-base is needed, null if it is not
select :schema.rebase_begin_v1()
