//! Notices new files in the folders that are compiled in.

fn main() {
    println!("cargo::rerun-if-changed=ontology");
    println!("cargo::rerun-if-changed=data");
    println!("cargo::rerun-if-changed=src/http/static");
    println!("cargo::rerun-if-changed=src/http/texts");
}
