-- Removes entries that every group has finished.
-- KEYS: 1 stream
-- ARGV: 1 milliseconds that finished entries are kept, 2 how many to remove at most
-- Returns: { how many were removed }
local stream, keep, limit = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local bound = nil
for _, group in ipairs(groups_of(stream)) do
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
if keep > 0 then
  local young = text_of(math.max(0, now_millis() - keep)) .. '-0'
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
