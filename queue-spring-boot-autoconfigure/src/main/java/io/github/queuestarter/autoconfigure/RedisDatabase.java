package io.github.queuestarter.autoconfigure;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.util.Assert;

/**
 * A database of the application's Redis other than that of the application.
 *
 * @param index its number
 */
record RedisDatabase(int index) {

	/**
	 * A server, in this database. What is given stays as it is.
	 * @throws IllegalArgumentException if the server does not have it
	 */
	RedisConfiguration on(RedisConfiguration server) {
		Assert.isTrue(this.index >= 0, () -> "'database' is " + this.index + ", and databases count from 0");
		if (server instanceof RedisClusterConfiguration) {
			Assert.isTrue(this.index == 0, () -> "'database' is " + this.index
					+ ", but a Redis Cluster has only database 0. Tell the queues of"
					+ " applications apart by 'queue.redis.prefix', or mark the RedisConnectionFactory of a Redis"
					+ " of their own with @QueueRedisConnectionFactory");
			return server;
		}
		if (server instanceof RedisSentinelConfiguration sentinel) {
			return copy(sentinel);
		}
		if (server instanceof RedisStaticMasterReplicaConfiguration nodes) {
			return copy(nodes);
		}
		if (server instanceof RedisSocketConfiguration socket) {
			RedisSocketConfiguration own = new RedisSocketConfiguration(socket.getSocket());
			own.setDatabase(this.index);
			return withCredentialsOf(socket, own);
		}
		if (server instanceof RedisStandaloneConfiguration standalone) {
			RedisStandaloneConfiguration own = new RedisStandaloneConfiguration(standalone.getHostName(),
					standalone.getPort());
			own.setDatabase(this.index);
			return withCredentialsOf(standalone, own);
		}
		throw new IllegalArgumentException("'database' can't be set for a " + server.getClass().getName());
	}

	private RedisConfiguration copy(RedisSentinelConfiguration given) {
		RedisSentinelConfiguration own = new RedisSentinelConfiguration();
		own.setMaster(given.getRequiredMaster());
		own.setSentinels(given.getSentinels());
		own.setSentinelUsername(given.getSentinelUsername());
		own.setSentinelPassword(given.getSentinelPassword());
		own.setDatabase(this.index);
		return withCredentialsOf(given, own);
	}

	private RedisConfiguration copy(RedisStaticMasterReplicaConfiguration given) {
		RedisStandaloneConfiguration first = given.getNodes().get(0);
		RedisStaticMasterReplicaConfiguration own = new RedisStaticMasterReplicaConfiguration(first.getHostName(),
				first.getPort());
		given.getNodes().stream().skip(1).forEach((node) -> own.addNode(node.getHostName(), node.getPort()));
		own.setDatabase(this.index);
		return withCredentialsOf(given, own);
	}

	private static <C extends RedisConfiguration.WithAuthentication> C withCredentialsOf(
			RedisConfiguration.WithAuthentication given, C own) {
		own.setUsername(given.getUsername());
		own.setPassword(given.getPassword());
		return own;
	}

}
