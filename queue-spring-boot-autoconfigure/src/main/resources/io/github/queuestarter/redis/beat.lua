-- Advances the heartbeat counter of a consumer, makes it known in its groups, and advances the low-water mark of every group.
-- KEYS: 1 consumers, 2 groups, 3 stream
-- ARGV: 1 ttl of registrations (ms), 2 consumer, 3... groups that it reads as
-- Returns: { 1 if registered, else 0, { other consumer, its counter, ... }, { group that another one reads as, too, ... } }
local consumers, groups, stream = unpack(KEYS)
keep_registrations(consumers, ARGV[1])
local registered = redis.call('hexists', consumers, ARGV[2])
if registered == 1 then
  redis.call('hincrby', consumers, ARGV[2], 1)
end

local counters, others = {}, map_of(redis.call('hgetall', consumers))
others[ARGV[2]] = nil
for other, counter in pairs(others) do
  counters[#counters + 1] = other
  counters[#counters + 1] = tonumber(counter)
end

-- A right that is missing must not stop the heart
local function is_shared(group)
  if registered == 1 then
    -- before Redis 7.2 a consumer that has not got any message yet is not there
    redis.pcall('xgroup', 'createconsumer', stream, group, ARGV[2])
  end
  if not next(others) then
    return false
  end
  local consumers_of = redis.pcall('xinfo', 'consumers', stream, group)
  if consumers_of.err then
    return true
  end
  for _, flat in ipairs(consumers_of) do
    if others[map_of(flat)['name']] then
      return true
    end
  end
  return false
end

local own, shared = {}, {}
for i = 3, #ARGV do
  own[ARGV[i]] = true
end
-- A key of the wrong type must not stop the heart
local marked = redis.call('type', groups).ok == 'hash'
for _, group in ipairs(groups_of(stream)) do
  if own[group['name']] and is_shared(group['name']) then
    shared[#shared + 1] = group['name']
  end
  if marked then
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
return { registered, counters, shared }
