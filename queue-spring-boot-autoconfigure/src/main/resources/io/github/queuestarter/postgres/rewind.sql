-- parameters: queue, group, earliest | latest | the id of a message | a time
-- answer:     outcome; message_id and sent_at of the first message from there on, null if there is none
select outcome, message_id, sent_at from :schema.rewind_v1(?, ?, ?)
