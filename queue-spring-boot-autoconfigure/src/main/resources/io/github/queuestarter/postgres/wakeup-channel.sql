-- parameters: none
-- answer:     the channel, as an identifier
select quote_ident(:schema.wakeup_channel_v1())
