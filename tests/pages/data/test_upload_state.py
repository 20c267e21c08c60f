"""The upload that a browser is working on: it follows the uploader and outlives a page switch."""

from dataclasses import dataclass

from pages.data.upload.files import Upload


@dataclass
class Dropped:
    file_id: str
    name: str

    def getvalue(self) -> bytes:
        return self.name.encode()


def names(upload: Upload) -> list[str]:
    return [source.name for source in upload.sources]


def test_files_that_leave_the_uploader_leave_the_upload():
    upload = Upload()
    first, second = Dropped("1", "a.csv"), Dropped("2", "b.csv")
    upload.take([first, second])
    upload.take([second])
    assert names(upload) == ["b.csv"]
    upload.take([])
    assert names(upload) == []


def test_an_uploader_shown_afresh_adds_to_the_files_that_are_there():
    upload = Upload()
    upload.take([Dropped("1", "a.csv")])
    upload.take([Dropped("9", "c.csv")])
    assert names(upload) == ["a.csv", "c.csv"]


def test_a_change_of_files_withdraws_repairs_that_were_agreed_for_other_files():
    upload = Upload()
    upload.take([Dropped("1", "a.csv")])
    upload.repairs = ("a repair",)
    upload.take([Dropped("1", "a.csv"), Dropped("2", "b.csv")])
    assert upload.repairs == ()


def test_readings_of_files_that_left_are_not_kept_in_memory():
    upload = Upload()
    upload.take([Dropped("1", "a.csv")])
    upload.readings = {("1", None): "a reading"}
    upload.take([])
    assert upload.readings == {}
