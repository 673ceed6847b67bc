from __future__ import annotations

from cruse_core.late_attributes import LateAttribute, inherits_all, install


class Place:
    made = 0

    name: str

    def shout(self) -> str:
        return self.name.upper()


def make_name(place: Place) -> str:
    """The name of the place."""
    place.made += 1
    return "here"


install(Place, [LateAttribute("name", make_name)])


class TestLateAttribute:
    def test_is_made_once_at_first_use(self) -> None:
        place = Place()
        assert place.made == 0
        assert (place.name, place.name, place.made) == ("here", "here", 1)

    def test_an_assigned_value_is_never_made(self) -> None:
        place = Place()
        place.name = "there"
        assert (place.name, place.made) == ("there", 0)

    def test_a_deleted_value_is_made_again(self) -> None:
        place = Place()
        assert place.name == "here"
        del place.name
        assert (place.name, place.made) == ("here", 2)

    def test_an_overriding_property_gets_the_kept_value_through_super(self) -> None:
        class Loud(Place):
            @property
            def name(self) -> str:  # type: ignore[override]
                return super().name + "!"

        place = Loud()
        assert (place.name, place.name, place.made) == ("here!", "here!", 1)

    def test_the_class_shows_the_attribute_with_its_documentation(self) -> None:
        attribute = Place.name
        assert isinstance(attribute, LateAttribute)
        assert attribute.__doc__ == "The name of the place."


class TestInheritsAll:
    def test_a_subclass_that_changes_nothing_inherits_all(self) -> None:
        class Same(Place):
            other = 1

        assert inherits_all(Same, Place, ["name", "shout"])

    def test_a_mixin_that_comes_first_overrides(self) -> None:
        class Mixin:
            def shout(self) -> str:
                return ""

        class Mixed(Mixin, Place):
            pass

        assert not inherits_all(Mixed, Place, ["name", "shout"])
        assert inherits_all(Mixed, Place, ["name", "unknown"])
