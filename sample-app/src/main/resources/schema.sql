-- The tables of the order desk. Those of the queues are made by the starter, in a schema of their own.

create table if not exists orders (
	id        bigint generated always as identity primary key,
	item      text not null,
	quantity  int not null,
	address   text not null,
	placed_at timestamptz not null default clock_timestamp()
);

-- Messages may come twice; this key lets each step be noted only once.
create table if not exists order_step (
	order_id bigint not null references orders (id),
	step     text not null,
	attempt  int not null,
	done_at  timestamptz not null default clock_timestamp(),
	primary key (order_id, step)
);
