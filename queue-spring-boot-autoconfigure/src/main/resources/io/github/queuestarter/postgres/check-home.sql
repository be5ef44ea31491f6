-- parameters: none
-- answer:     why a re-base is needed, null if it is not
select :schema.check_home_v1()
