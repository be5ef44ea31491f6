-- Removes entries that every group has finished.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 milliseconds that finished entries are kept, 2 how many to remove at most,
--       3 milliseconds that entries are kept for a group that is lost
-- Returns: { how many were removed }
local stream, groups, keep, limit = KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local bound, found = nil, {}
for _, group in ipairs(groups_of(stream)) do
  found[group['name']] = true
  local first_unfinished = after(group['last-delivered-id'])
  if group['pending'] > 0 then
    first_unfinished = redis.call('xpending', stream, group['name'])[2]
  end
  if not bound or less(first_unfinished, bound) then
    bound = first_unfinished
  end
end
if not bound then
  return { 0 }
end

-- A lost group comes back and goes on after its low-water mark, unless nobody reads it any more
local now = now_millis()
for _, field in ipairs(redis.call('hkeys', groups)) do
  local name = string.match(field, '^created:(.*)$')
  if name and not found[name] then
    -- A write that is allowed at maxmemory, see keep_registrations
    redis.call('persist', groups)
    redis.call('hsetnx', groups, 'lost:' .. name, text_of(now))
    if now - tonumber(redis.call('hget', groups, 'lost:' .. name)) < tonumber(ARGV[3]) then
      local first_unfinished = after(redis.call('hget', groups, 'low:' .. name) or '0-0')
      if less(first_unfinished, bound) then
        bound = first_unfinished
      end
    end
  end
end

if keep > 0 then
  local young = text_of(math.max(0, now - keep)) .. '-0'
  if less(young, bound) then
    bound = young
  end
end
-- Whole nodes first, in bounded steps; then the rest, which is less than a node
local removed = redis.call('xtrim', stream, 'minid', '~', bound, 'limit', limit)
if removed < limit / 2 then
  removed = removed + redis.call('xtrim', stream, 'minid', '=', bound)
end
return { removed }
