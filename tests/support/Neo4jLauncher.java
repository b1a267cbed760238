import java.nio.file.Path;
import java.time.Duration;
import org.neo4j.configuration.FulltextSettings;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.ByteUnit;

/**
 * A real Neo4j for the tests: {@code java -cp 'lib/*' Neo4jLauncher.java HOME PORT PAGES_MIB SEARCH_SECONDS}; ends with
 * its stdin.
 */
public class Neo4jLauncher {
    public static void main(String[] arguments) throws Exception {
        var address = new SocketAddress("127.0.0.1", Integer.parseInt(arguments[1]));
        var server = new DatabaseManagementServiceBuilder(Path.of(arguments[0]))
                .setConfig(GraphDatabaseSettings.auth_enabled, true)
                .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(Integer.parseInt(arguments[2])))
                // Graphs of tests grow from nothing: plans that are made anew for each size would take most of the time.
                .setConfig(GraphDatabaseSettings.cypher_min_replan_interval, Duration.ofHours(1))
                .setConfig(GraphDatabaseSettings.query_statistics_divergence_threshold, 1.0)
                // A plan is for the types of its parameters and the size of their lists: there are thousands of them.
                .setConfig(GraphDatabaseSettings.query_cache_size, 3000)
                // How long a search may not find what was just written; none: each commit pays for the next search.
                .setConfig(
                        FulltextSettings.eventually_consistent_refresh_interval,
                        Duration.ofSeconds(Integer.parseInt(arguments[3])))
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, address)
                .build();
        System.out.println("ready");
        System.out.flush();
        while (System.in.read() >= 0) {
            // whoever started us still lives
        }
        server.shutdown();
    }
}
