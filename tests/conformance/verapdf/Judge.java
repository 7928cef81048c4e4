// SPDX-License-Identifier: AGPL-3.0-or-later
import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints, for a file and a flavour such as ua1 or 2a, each rule that it breaks and how often. */
public class Judge {
  public static void main(String[] given) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour flavour = PDFAFlavour.byFlavourId(given[1]);
    try (PDFAParser parser =
        Foundries.defaultInstance().createParser(new FileInputStream(given[0]), flavour)) {
      PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
      ValidationResult result = validator.validate(parser);
      Map<String, Integer> broken = new TreeMap<>();
      for (TestAssertion each : result.getTestAssertions()) {
        if (each.getStatus() == TestAssertion.Status.FAILED) {
          String rule =
              each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber() + " "
                  + each.getMessage();
          broken.merge(rule, 1, Integer::sum);
        }
      }
      broken.forEach((rule, count) -> System.out.println(count + "x " + rule));
      System.out.println("assertions " + result.getTotalAssertions());
    }
  }
}
