import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Machine;
import software.amazon.event.ruler.MachineComplexityEvaluator;

/**
 * Answers for EventBridge's own matcher. One request a line, {"patterns": [...], "events": [...]}; one answer a line:
 * {"refused": [{"pattern": index, "why": text}], "repeated": [the same], "complexity": [a number for each pattern],
 * "matches": [for each event the indexes of the patterns that match it]}. All patterns are rules of one machine, as they
 * are on an event bus.
 */
public final class Harness {
  /** Where the count of wildcard states ends: far above what any pattern of 2,048 characters has to have. */
  private static final int COMPLEXITY_CEILING = 10_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws Exception {
    BufferedReader requests =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      answers.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
      answers.flush();
    }
  }

  private static ObjectNode answer(JsonNode request) throws Exception {
    ObjectNode answer = JSON.createObjectNode();
    ArrayNode refused = answer.putArray("refused");
    ArrayNode repeated = answer.putArray("repeated");
    ArrayNode complexity = answer.putArray("complexity");
    Machine machine = new Machine();
    int index = 0;
    for (JsonNode pattern : request.get("patterns")) {
      String text = pattern.toString();
      try {
        // RuleCompiler.check refuses what EventBridge takes ($or, for one); adding the rule is the test.
        machine.addRule(Integer.toString(index), text);
        complexity.add(measureComplexity(text));
        // Without overriding it refuses a path that is named twice, and nothing else that it takes with it.
        String why = JsonRuleCompiler.check(text, false);
        if (why != null) repeated.addObject().put("pattern", index).put("why", why);
      } catch (Exception refusal) {
        refused.addObject().put("pattern", index).put("why", String.valueOf(refusal.getMessage()));
        complexity.add(0);
      }
      index += 1;
    }
    ArrayNode matches = answer.putArray("matches");
    for (JsonNode event : request.get("events")) {
      ArrayNode indexes = matches.addArray();
      machine.rulesForJSONEvent(event.toString()).stream()
          .mapToInt(Integer::parseInt)
          .sorted()
          .forEach(indexes::add);
    }
    return answer;
  }

  private static int measureComplexity(String pattern) throws Exception {
    if (!pattern.contains("wildcard")) return 0;
    Machine alone = new Machine();
    alone.addRule("0", pattern);
    return alone.evaluateComplexity(new MachineComplexityEvaluator(COMPLEXITY_CEILING));
  }
}
