-- Advances the heartbeat counter of a consumer, and the low-water mark of every group.
-- KEYS: 1 consumers, 2 groups, 3 stream
-- ARGV: 1 ttl of registrations (ms), 2 consumer
-- Returns: { 1 if registered, else 0, other consumer, its counter, ... }
local consumers, groups, stream = unpack(KEYS)
keep_registrations(consumers, ARGV[1])
local registered = redis.call('hexists', consumers, ARGV[2])
if registered == 1 then
  redis.call('hincrby', consumers, ARGV[2], 1)
end

local answer = { registered }
local all = redis.call('hgetall', consumers)
for i = 1, #all, 2 do
  if all[i] ~= ARGV[2] then
    answer[#answer + 1] = all[i]
    answer[#answer + 1] = tonumber(all[i + 1])
  end
end

-- A key of the wrong type must not stop the heart
if redis.call('type', stream).ok == 'stream' and redis.call('type', groups).ok == 'hash' then
  for _, group in ipairs(groups_of(stream)) do
    local low = group['last-delivered-id']
    if group['pending'] > 0 then
      local before_pending = before(redis.call('xpending', stream, group['name'])[2])
      if less(before_pending, low) then
        low = before_pending
      end
    end
    redis.call('hset', groups, 'low:' .. group['name'], low)
  end
end
return answer
