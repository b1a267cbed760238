package shop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Ranks customers by what they paid: the first argument is read, the second written. */
public final class Ranks {
    public static void main(String[] arguments) throws IOException {
        Map<String, Double> paid = new TreeMap<>();
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            paid.merge(cells[1], Double.parseDouble(cells[2]), Double::sum);
        }
        List<Map.Entry<String, Double>> ranked = new ArrayList<>(paid.entrySet());
        ranked.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
        List<String> written = new ArrayList<>(List.of("customer,place"));
        for (int place = 0; place < ranked.size(); place++) {
            written.add(ranked.get(place).getKey() + "," + (place + 1));
        }
        Files.write(Path.of(arguments[1]), written);
    }
}
