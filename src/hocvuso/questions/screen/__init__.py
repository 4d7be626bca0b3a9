"""The question type ``screen``."""

from hocvuso.language import N_
from hocvuso.questions.screen.model import SimulatedScreen

QUESTION = SimulatedScreen
TITLE = N_("Xử lý tình huống trên màn hình mô phỏng")
MESSAGES = (
    N_("Bấm vào việc mà chính anh/chị sẽ làm. Đường đi cuối cùng được tính."),
    N_("Màn hình mô phỏng: {kind}"),
    N_("cuộc gọi"),
    N_("tin nhắn"),
    N_("ứng dụng định danh"),
    N_("ứng dụng ngân hàng"),
    N_("ứng dụng"),
    N_("hộp thư"),
    N_("cuộc trò chuyện"),
    N_("trang web"),
    N_("Người gửi"),
    N_("Số máy"),
    N_("Địa chỉ"),
    N_("Bên kia"),
    N_("Tôi"),
    N_("Thông báo"),
    N_("Chữ gõ vào ô chỉ để thử: không được lưu, không gửi đi đâu. Anh/chị đừng gõ thông tin thật."),
    N_("Anh/chị điền các ô trên màn hình trước đã."),
    N_("Anh/chị có thể làm gì"),
    N_("Bước {n}: {title}"),
    N_("Tình huống dừng ở đây"),
    N_(
        "Sau khi chấm, anh/chị sẽ biết mỗi bước có ý nghĩa gì. Trước khi nộp, anh/chị có thể làm lại từ đầu và đi "
        "đường khác."
    ),
    N_("Đường đi đã quá dài: anh/chị hãy làm lại từ đầu."),
    N_("Làm lại từ đầu"),
    N_("Đã về màn hình đầu tiên."),
    N_("Các bước đã đi: {n}"),
    N_("Tất cả màn hình của tình huống"),
    N_("Màn hình {n}: {title}"),
    N_("Sang màn hình {n}"),
    N_("Tình huống kết thúc"),
    N_("Ô để điền"),
)

__all__ = ["MESSAGES", "QUESTION", "TITLE", "SimulatedScreen"]
