package io.github.queuestarter;

import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rooms of the code base and its house rules.
 */
class ArchitectureTests {

	private static final String ROOT = "io.github.queuestarter";

	/**
	 * What each room may see besides itself and the root.
	 */
	private static final Map<String, Set<String>> ROOMS = Map.of(
	// @formatter:off
			"", Set.of(),
			"store", Set.of(),
			"core", Set.of("store"),
			"listener", Set.of("core", "store"),
			"redis", Set.of("store"),
			"postgres", Set.of("store"),
			"actuate", Set.of("listener", "core", "store"),
			"autoconfigure", Set.of("actuate", "redis", "postgres", "listener", "core", "store"));
	// @formatter:on

	private static final int PUBLIC_CLASSES_OF_A_STORE = 3;

	private static final JavaClasses classes = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.withImportOption((location) -> !location.contains("embedded-servers"))
		.importPackages(ROOT);

	static Set<Entry<String, Set<String>>> rooms() {
		return ROOMS.entrySet();
	}

	@Test
	void everyClassLivesInARoom() {
		check(classes().should(satisfy("live in one of the rooms", (type) -> ROOMS.containsKey(roomOf(type)))));
	}

	@ParameterizedTest
	@MethodSource("rooms")
	void roomSeesOnlyWhatIsBelow(Entry<String, Set<String>> room) {
		check(noClasses()
			.that(describe("live in room '%s'".formatted(room.getKey()), (type) -> isIn(room.getKey(), type)))
			.should()
			.dependOnClassesThat(describe("live in a room that is not below",
					(type) -> isOurs(type) && isForbidden(room, roomOf(type)))));
	}

	@Test
	void packagesHaveNoCycles() {
		check(slices().assignedFrom(new EveryPackage()).should().beFreeOfCycles());
	}

	@Test
	void everyPackageIsNullMarked() {
		check(classes().should(satisfy("live in a @NullMarked package",
				(type) -> type.getPackage().isAnnotatedWith(NullMarked.class))));
	}

	@Test
	void storeInterfacesHaveNoDefaultMethods() {
		check(methods().that()
			.areDeclaredInClassesThat(resideInAPackage(ROOT + ".store.."))
			.and()
			.areDeclaredInClassesThat(describe("are interfaces", JavaClass::isInterface))
			.should(beAbstractOrStatic()));
	}

	@ParameterizedTest
	@ValueSource(strings = { ".*Managers?", ".*Helpers?", ".*Utils?", "Abstract.*Base" })
	void namesSayTheRole(String meaningless) {
		check(noClasses().should(haveSimpleNameMatching(meaningless)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "redis", "postgres" })
	void storesShowLittle(String store) {
		List<String> shown = classes.stream()
			.filter((type) -> isIn(store, type) && type.isTopLevelClass())
			.filter((type) -> type.getModifiers().contains(JavaModifier.PUBLIC))
			.map(JavaClass::getSimpleName)
			.toList();
		assertThat(shown).hasSizeLessThanOrEqualTo(PUBLIC_CLASSES_OF_A_STORE);
	}

	@Test
	void nobodySleeps() {
		check(noClasses().should()
			.callMethodWhere(describe("it is Thread.sleep or TimeUnit.sleep",
					(call) -> call.getName().equals("sleep") && (call.getTargetOwner().isEquivalentTo(Thread.class)
							|| call.getTargetOwner().isEquivalentTo(TimeUnit.class)))));
	}

	@Test
	void nobodyWritesToTheConsole() {
		check(GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS);
	}

	@Test
	void nobodyUsesJavaUtilLogging() {
		check(noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging.."));
	}

	private static void check(ArchRule rule) {
		rule.allowEmptyShould(true).check(classes);
	}

	private static boolean isForbidden(Entry<String, Set<String>> room, String other) {
		return !other.isEmpty() && !other.equals(room.getKey()) && !room.getValue().contains(other);
	}

	private static boolean isOurs(JavaClass type) {
		return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
	}

	private static boolean isIn(String room, JavaClass type) {
		return isOurs(type) && roomOf(type).equals(room);
	}

	private static String roomOf(JavaClass type) {
		String[] parts = type.getPackageName().substring(ROOT.length()).split("\\.", 3);
		return (parts.length > 1) ? parts[1] : "";
	}

	private static ArchCondition<JavaClass> haveSimpleNameMatching(String regex) {
		return new ArchCondition<>("have a simple name that matches '%s'".formatted(regex)) {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				events.add(new SimpleConditionEvent(type, type.getSimpleName().matches(regex),
						"%s matches '%s'".formatted(type.getName(), regex)));
			}

		};
	}

	private static ArchCondition<JavaClass> satisfy(String description, Predicate<JavaClass> test) {
		return new ArchCondition<>(description) {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				events.add(new SimpleConditionEvent(type, test.test(type),
						"%s does not %s".formatted(type.getName(), description)));
			}

		};
	}

	private static ArchCondition<JavaMethod> beAbstractOrStatic() {
		return new ArchCondition<>("be abstract or static") {

			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				boolean satisfied = method.getModifiers().contains(JavaModifier.ABSTRACT)
						|| method.getModifiers().contains(JavaModifier.STATIC)
						|| method.getModifiers().contains(JavaModifier.PRIVATE)
						|| method.getModifiers().contains(JavaModifier.SYNTHETIC);
				events.add(new SimpleConditionEvent(method, satisfied,
						"%s is a default method".formatted(method.getFullName())));
			}

		};
	}

	private static final class EveryPackage implements SliceAssignment {

		@Override
		public SliceIdentifier getIdentifierOf(JavaClass type) {
			return SliceIdentifier.of(type.getPackageName());
		}

		@Override
		public String getDescription() {
			return "packages";
		}

	}

}
