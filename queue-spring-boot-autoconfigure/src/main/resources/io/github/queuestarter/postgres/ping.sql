-- parameters: none
-- answer:     a row
select 1
