from __future__ import annotations

from typing import Any

from cruse_templating.class_defaults import copied_dict, late


class Owner:
    made: int = late(lambda: 1)
    options: dict[str, Any] = copied_dict()


class TestLate:
    def test_is_made_when_read(self) -> None:
        assert Owner.made == Owner().made == 1

    def test_can_be_replaced_on_an_instance_and_in_a_subclass(self) -> None:
        class Sub(Owner):
            made = 2

        owner = Owner()
        owner.made = 3
        assert (Sub.made, owner.made, Owner.made) == (2, 3, 1)


class TestCopiedDict:
    def test_gives_each_instance_a_copy_of_the_class_one(self) -> None:
        class Other:
            options: dict[str, Any] = copied_dict()

        Other.options["shared"] = 1
        first, second = Other(), Other()
        first.options["own"] = 2
        assert first.options == {"shared": 1, "own": 2}
        assert second.options == Other.options == {"shared": 1}
