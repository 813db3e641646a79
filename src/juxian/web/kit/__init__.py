"""What all audiences' pages share: layout, components, charts, words (页面组件)."""
