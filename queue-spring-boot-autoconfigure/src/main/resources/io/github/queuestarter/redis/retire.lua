-- Gives back what a consumer holds in a group, nothing counted.
-- KEYS: 1 consumers, 2 stream, 3 retry, 4 attempts
-- ARGV: 1 ttl of registrations (ms), 2 group, 3 consumer, 4 how many at most
-- Returns: { how many were given back }
local consumers, stream, retry, attempts_key = unpack(KEYS)
local group, consumer = ARGV[2], ARGV[3]
expect(retry, 'zset')
expect(attempts_key, 'hash')
if not group_of(stream, group) then
  return { 0 }
end
keep_registrations(consumers, ARGV[1])
local now = now_millis()
local held = redis.call('xpending', stream, group, '-', '+', tonumber(ARGV[4]), consumer)
for _, entry in ipairs(held) do
  local attempts = read_attempts(attempts_key, entry[1])
  no_longer_alone(attempts)
  park(stream, group, retry, entry[1], now)
  write_attempts(attempts_key, entry[1], attempts)
end
-- Deleting a consumer deletes what it holds
if #held == 0 then
  redis.call('xgroup', 'delconsumer', stream, group, consumer)
end
return { #held }
