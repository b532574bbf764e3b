package fault

// ImportRowRefused is what the database's rules refused of an import whose plan
// found nothing wrong.
const ImportRowRefused Code = "import_row_refused"
