-- Makes entries that a consumer holds look as if they had just been delivered.
-- KEYS: 1 stream
-- ARGV: 1 group, 2 consumer, then entry ids
-- Returns: { how many the consumer held }
local stream, group, consumer = KEYS[1], ARGV[1], ARGV[2]
local held = 0
for i = 3, #ARGV do
  local id = ARGV[i]
  -- To claim would take it from whoever has it by now, and forget one that is no longer in the stream
  if delivery_of(stream, group, id, consumer) and #redis.call('xrange', stream, id, id) > 0 then
    redis.call('xclaim', stream, group, consumer, 0, id, 'justid')
    held = held + 1
  end
end
return { held }
