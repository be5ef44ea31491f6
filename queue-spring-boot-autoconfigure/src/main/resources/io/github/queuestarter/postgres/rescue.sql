-- parameters: none
-- answer:     queue, group, how many were rescued
select queue, group_name, rescued from :schema.rescue_v1()
