-- Notes that a message is about to run alone in its process.
-- KEYS: 1 consumers, 2 stream, 3 attempts
-- ARGV: 1 ttl of registrations (ms), 2 group, 3 consumer, 4 entry id, 5 delivery
-- Returns: { 1 if the consumer holds the message, else 0 }
expect(KEYS[1], 'hash')
expect(KEYS[3], 'hash')
keep_registrations(KEYS[1], ARGV[1])
if redis.call('hexists', KEYS[1], ARGV[3]) == 0 or redis.call('exists', KEYS[2]) == 0 then
  return { 0 }
end
local delivery = delivery_of(KEYS[2], ARGV[2], ARGV[4], ARGV[3])
if not delivery or tostring(delivery) ~= ARGV[5] then
  return { 0 }
end
local attempts = read_attempts(KEYS[3], ARGV[4])
attempts.mark = 'alone=' .. ARGV[3]
write_attempts(KEYS[3], ARGV[4], attempts)
return { 1 }
